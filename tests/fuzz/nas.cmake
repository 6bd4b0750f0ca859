sen_fuzz(nas SOURCES ${CMAKE_CURRENT_LIST_DIR}/nas.cpp DEPS codec/nas)
