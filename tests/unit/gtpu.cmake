sen_test(gtpu SOURCES ${CMAKE_CURRENT_LIST_DIR}/gtpu_codec.cpp DEPS base codec codec/gtpu)
