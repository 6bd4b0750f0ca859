add_executable(bench_channel ${CMAKE_CURRENT_LIST_DIR}/channel.cpp)
target_link_libraries(bench_channel PRIVATE sen_options sen_channel)
