add_executable(bench_codec ${CMAKE_CURRENT_LIST_DIR}/codec.cpp)
target_link_libraries(bench_codec PRIVATE sen_options sen_codec_ngap sen_codec_nas sen_codec_pfcp sen_codec_gtpu)
