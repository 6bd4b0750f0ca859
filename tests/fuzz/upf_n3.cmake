sen_fuzz(upf_n3 SOURCES ${CMAKE_CURRENT_LIST_DIR}/upf_n3.cpp DEPS core/upf core/upf/io)
