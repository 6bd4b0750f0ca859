add_executable(bench_phy_signals ${CMAKE_CURRENT_LIST_DIR}/phy_signals.cpp)
target_link_libraries(bench_phy_signals PRIVATE sen_options sen_phy)
