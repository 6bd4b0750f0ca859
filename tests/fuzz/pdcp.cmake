sen_fuzz(pdcp SOURCES ${CMAKE_CURRENT_LIST_DIR}/pdcp.cpp DEPS rlc_pdcp)
