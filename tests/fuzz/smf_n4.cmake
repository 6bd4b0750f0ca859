sen_fuzz(smf_n4 SOURCES ${CMAKE_CURRENT_LIST_DIR}/smf_n4.cpp DEPS core/smf)
