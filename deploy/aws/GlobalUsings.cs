global using System.Globalization;
global using Constructs;
