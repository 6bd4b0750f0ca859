add_executable(bench_phy_chains ${CMAKE_CURRENT_LIST_DIR}/phy_chains.cpp)
target_link_libraries(bench_phy_chains PRIVATE sen_options sen_phy)
