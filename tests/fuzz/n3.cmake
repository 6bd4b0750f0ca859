sen_fuzz(n3 SOURCES ${CMAKE_CURRENT_LIST_DIR}/n3.cpp DEPS rlc_pdcp codec/gtpu)
