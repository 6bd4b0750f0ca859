sen_fuzz(rlc SOURCES ${CMAKE_CURRENT_LIST_DIR}/rlc.cpp DEPS rlc_pdcp)
