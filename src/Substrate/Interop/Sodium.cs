using System.Runtime.InteropServices;

namespace S3Auth.Substrate.Interop;

/// <summary>
/// The functions of libsodium that this library uses, thin. All of them run in constant time, except that decoding a
/// point tells by its result whether the point was valid. Sizes are checked by the callers: every buffer here is fixed.
/// </summary>
internal static partial class Sodium
{
    /// <summary>Bytes of an encoded ristretto255 point (RFC 9496), and of a scalar.</summary>
    public const int ElementSize = 32;

    /// <summary>Bytes of a scalar before it is reduced modulo the group's order.</summary>
    public const int WideScalarSize = 64;

    private const string Library = "libsodium";

    static Sodium()
    {
        // Chooses the fastest implementation for this processor; 1 means that it was already done.
        if (Initialize() < 0)
        {
            throw new InvalidOperationException("libsodium could not be initialized on this machine.");
        }
    }

    /// <summary>product = scalar · point; −1 when the point is not a canonical encoding or the product is the identity.</summary>
    [LibraryImport(Library, EntryPoint = "crypto_scalarmult_ristretto255")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    public static partial int Multiply(Span<byte> product, ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> point);

    /// <summary>product = scalar · base point; −1 when the product is the identity.</summary>
    [LibraryImport(Library, EntryPoint = "crypto_scalarmult_ristretto255_base")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    public static partial int MultiplyBase(Span<byte> product, ReadOnlySpan<byte> scalar);

    /// <summary>difference = left − right; −1 when one of them is not a canonical encoding.</summary>
    [LibraryImport(Library, EntryPoint = "crypto_core_ristretto255_sub")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    public static partial int Subtract(Span<byte> difference, ReadOnlySpan<byte> left, ReadOnlySpan<byte> right);

    /// <summary>reduced = wide modulo the group's order.</summary>
    [LibraryImport(Library, EntryPoint = "crypto_core_ristretto255_scalar_reduce")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    public static partial void ReduceScalar(Span<byte> reduced, ReadOnlySpan<byte> wide);

    /// <summary>product = left · right modulo the group's order.</summary>
    [LibraryImport(Library, EntryPoint = "crypto_core_ristretto255_scalar_mul")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    public static partial void MultiplyScalars(Span<byte> product, ReadOnlySpan<byte> left, ReadOnlySpan<byte> right);

    /// <summary>sum = left + right modulo the group's order.</summary>
    [LibraryImport(Library, EntryPoint = "crypto_core_ristretto255_scalar_add")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    public static partial void AddScalars(Span<byte> sum, ReadOnlySpan<byte> left, ReadOnlySpan<byte> right);

    /// <summary>Blake2b (RFC 7693) of the input, as many bytes as the destination has (16..64).</summary>
    public static void Blake2b(Span<byte> destination, ReadOnlySpan<byte> input)
    {
        if (GenericHash(destination, (nuint)destination.Length, input, (ulong)input.Length, [], 0) != 0)
        {
            throw new ArgumentException("A Blake2b hash has 16 to 64 bytes.", nameof(destination));
        }
    }

    [LibraryImport(Library, EntryPoint = "sodium_init")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    private static partial int Initialize();

    [LibraryImport(Library, EntryPoint = "crypto_generichash")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    private static partial int GenericHash(
        Span<byte> destination, nuint destinationLength, ReadOnlySpan<byte> input, ulong inputLength, ReadOnlySpan<byte> key, nuint keyLength);
}
