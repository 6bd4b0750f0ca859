sen_test(mac_pdu SOURCES ${CMAKE_CURRENT_LIST_DIR}/mac_pdu.cpp DEPS base codec mac)
sen_test(mac_gnb
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/mac_gnb_access.cpp ${CMAKE_CURRENT_LIST_DIR}/mac_gnb_adaptation.cpp ${CMAKE_CURRENT_LIST_DIR}/mac_gnb_load.cpp ${CMAKE_CURRENT_LIST_DIR}/mac_gnb_procedures.cpp
  DEPS mac air gnb)
