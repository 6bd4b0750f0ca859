sen_fuzz(amf SOURCES ${CMAKE_CURRENT_LIST_DIR}/amf.cpp DEPS core/amf)
