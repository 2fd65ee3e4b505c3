global using System.Globalization;
global using System.Net.Sockets;
global using System.Text;
