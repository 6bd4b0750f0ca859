sen_fuzz(mac_pdu SOURCES ${CMAKE_CURRENT_LIST_DIR}/mac_pdu.cpp DEPS base codec mac)
