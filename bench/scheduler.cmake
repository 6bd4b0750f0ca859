add_executable(bench_scheduler ${CMAKE_CURRENT_LIST_DIR}/scheduler.cpp)
target_link_libraries(bench_scheduler PRIVATE sen_options sen_mac)
