add_executable(bench_core ${CMAKE_CURRENT_LIST_DIR}/core.cpp)
target_link_libraries(bench_core PRIVATE sen_options sen_apps)
