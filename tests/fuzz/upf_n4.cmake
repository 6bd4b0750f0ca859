sen_fuzz(upf_n4 SOURCES ${CMAKE_CURRENT_LIST_DIR}/upf_n4.cpp DEPS core/upf)
