add_executable(bench_crypto ${CMAKE_CURRENT_LIST_DIR}/crypto.cpp)
target_link_libraries(bench_crypto PRIVATE sen_options sen_crypto)
