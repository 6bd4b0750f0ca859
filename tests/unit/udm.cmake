sen_test(udm SOURCES ${CMAKE_CURRENT_LIST_DIR}/udm_store.cpp ${CMAKE_CURRENT_LIST_DIR}/udm_import.cpp
  ${CMAKE_CURRENT_LIST_DIR}/udm_authentication.cpp ${CMAKE_CURRENT_LIST_DIR}/udm_data.cpp DEPS core/udm)
