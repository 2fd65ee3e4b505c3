using System.Buffers.Binary;

namespace S3Auth.Api.Limits;

/// <summary>
/// The unit that limits treat as one client: an IPv4 address, or an IPv6 /64, because one IPv6 client usually has a whole /64.
/// </summary>
internal static class ClientNetwork
{
    private const int NetworkBytes = 8;
    private const int AddressBytes = 16;

    /// <summary>Returns the key of the client with this address; 0 if there is no address.</summary>
    internal static UInt128 Of(IPAddress? address)
    {
        if (address is null)
        {
            return UInt128.Zero;
        }

        Span<byte> bytes = stackalloc byte[AddressBytes];
        (address.IsIPv4MappedToIPv6 ? address : address.MapToIPv6()).TryWriteBytes(bytes, out _);
        if (address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 && !address.IsIPv4MappedToIPv6)
        {
            bytes[NetworkBytes..].Clear();
        }

        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}
