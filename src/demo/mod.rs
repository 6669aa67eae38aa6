//! The demonstration: a city, a company in it and a day of its calls, all made from a seed.

pub mod city;
