using System.Buffers.Binary;

namespace S3Auth.Api.Limits;

/// <summary>What counts as one client: an IPv4 address, or an IPv6 /64, which is what one IPv6 client usually has.</summary>
internal static class ClientNetwork
{
    private const int NetworkBytes = 8;
    private const int AddressBytes = 16;

    /// <summary>A key for the client of this address; 0 when there is no address.</summary>
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
