sen_fuzz(suci SOURCES ${CMAKE_CURRENT_LIST_DIR}/suci.cpp DEPS crypto)
