//! The smart-home service platform (スマートホームサービス情報基盤).
