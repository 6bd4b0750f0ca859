sen_fuzz(eap_aka_response SOURCES ${CMAKE_CURRENT_LIST_DIR}/eap_aka_response.cpp DEPS core/udm)
