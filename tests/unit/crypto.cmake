sen_test(crypto
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/crypto_aka.cpp ${CMAKE_CURRENT_LIST_DIR}/crypto_cipher.cpp ${CMAKE_CURRENT_LIST_DIR}/crypto_keys.cpp ${CMAKE_CURRENT_LIST_DIR}/crypto_nas_security.cpp
    ${CMAKE_CURRENT_LIST_DIR}/crypto_suci.cpp
  DEPS crypto)
