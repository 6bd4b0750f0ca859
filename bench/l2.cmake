add_executable(bench_l2 ${CMAKE_CURRENT_LIST_DIR}/l2.cpp)
target_link_libraries(bench_l2 PRIVATE sen_options sen_rlc_pdcp)
