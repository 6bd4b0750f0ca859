sen_fuzz(dci SOURCES ${CMAKE_CURRENT_LIST_DIR}/dci.cpp DEPS base nr)
