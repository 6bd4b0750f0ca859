sen_test(rrc_procedures SOURCES ${CMAKE_CURRENT_LIST_DIR}/rrc_procedures.cpp DEPS rrc gnb)
