add_executable(bench_phy_control ${CMAKE_CURRENT_LIST_DIR}/phy_control.cpp)
target_link_libraries(bench_phy_control PRIVATE sen_options sen_phy)
