add_executable(bench_phy_coding ${CMAKE_CURRENT_LIST_DIR}/phy_coding.cpp)
target_link_libraries(bench_phy_coding PRIVATE sen_options sen_phy)
