sen_fuzz(rrc SOURCES ${CMAKE_CURRENT_LIST_DIR}/rrc.cpp DEPS codec/rrc)
