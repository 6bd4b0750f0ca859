sen_fuzz(gtpu SOURCES ${CMAKE_CURRENT_LIST_DIR}/gtpu.cpp DEPS base codec codec/gtpu)
