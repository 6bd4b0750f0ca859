sen_test(amf SOURCES ${CMAKE_CURRENT_LIST_DIR}/amf_world.cpp ${CMAKE_CURRENT_LIST_DIR}/amf_n2.cpp ${CMAKE_CURRENT_LIST_DIR}/amf_registration.cpp
         ${CMAKE_CURRENT_LIST_DIR}/amf_sessions.cpp ${CMAKE_CURRENT_LIST_DIR}/amf_mobility.cpp ${CMAKE_CURRENT_LIST_DIR}/amf_policy.cpp DEPS core/amf core/udm)
sen_test(amf_sctp SOURCES ${CMAKE_CURRENT_LIST_DIR}/amf_world.cpp ${CMAKE_CURRENT_LIST_DIR}/amf_sctp.cpp DEPS core/amf core/udm base/sctp)
