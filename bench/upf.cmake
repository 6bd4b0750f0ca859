add_executable(bench_upf ${CMAKE_CURRENT_LIST_DIR}/upf.cpp)
target_link_libraries(bench_upf PRIVATE sen_options sen_core_upf)
