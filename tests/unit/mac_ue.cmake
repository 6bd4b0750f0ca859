sen_test(mac_ue SOURCES ${CMAKE_CURRENT_LIST_DIR}/mac_ue_access.cpp ${CMAKE_CURRENT_LIST_DIR}/mac_ue_data.cpp ${CMAKE_CURRENT_LIST_DIR}/mac_ue_idle.cpp DEPS mac)
