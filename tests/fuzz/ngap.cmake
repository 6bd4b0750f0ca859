sen_fuzz(ngap SOURCES ${CMAKE_CURRENT_LIST_DIR}/ngap.cpp DEPS codec/ngap)
