sen_fuzz(sdap SOURCES ${CMAKE_CURRENT_LIST_DIR}/sdap.cpp DEPS rlc_pdcp)
