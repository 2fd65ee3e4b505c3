using System.Runtime.InteropServices;

namespace S3Auth.Substrate.Interop;

/// <summary>
/// Thin wrappers of the libsodium functions that this library uses. All of them run in constant time, except that the result of decoding a
/// point shows whether it was valid. Callers check the sizes of buffers.
/// </summary>
internal static partial class Sodium
{
    /// <summary>The size of an encoded ristretto255 point (RFC 9496) and of a scalar, in bytes.</summary>
    public const int ElementSize = 32;

    /// <summary>The size of a scalar before its reduction modulo the group's order, in bytes.</summary>
    public const int WideScalarSize = 64;

    /// <summary>The size of a secretbox's key, in bytes.</summary>
    public const int BoxKeySize = 32;

    /// <summary>The size of a secretbox's nonce, in bytes.</summary>
    public const int BoxNonceSize = 24;

    /// <summary>The size of a secretbox's authentication tag, in bytes.</summary>
    public const int BoxTagSize = 16;

    /// <summary>The size of a password hash's salt, in bytes.</summary>
    public const int PasswordSaltSize = 16;

    private const ulong SensitivePasses = 8;
    private const nuint SensitiveMemory = 512 * 1024 * 1024;
    private const int Argon2i13 = 1;

    private const string Library = "libsodium";

    static Sodium()
    {
        // Selects the fastest implementation for this processor; 1 means that it was already initialized.
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

    /// <summary>difference = left − right modulo the group's order.</summary>
    [LibraryImport(Library, EntryPoint = "crypto_core_ristretto255_scalar_sub")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    public static partial void SubtractScalars(Span<byte> difference, ReadOnlySpan<byte> left, ReadOnlySpan<byte> right);

    /// <summary>Blake2b (RFC 7693) of the input, as many bytes as the destination has (16..64).</summary>
    public static void Blake2b(Span<byte> destination, ReadOnlySpan<byte> input)
    {
        if (GenericHash(destination, (nuint)destination.Length, input, (ulong)input.Length, [], 0) != 0)
        {
            throw new ArgumentException("A Blake2b hash has 16 to 64 bytes.", nameof(destination));
        }
    }

    /// <summary>
    /// Argon2i 1.3 of the password, as many bytes as the destination has, at the SENSITIVE limits (8 passes over 512 MiB);
    /// false if there is not enough memory.
    /// </summary>
    /// <param name="destination">At least 16 bytes.</param>
    /// <param name="password">Any bytes.</param>
    /// <param name="salt"><see cref="PasswordSaltSize"/> bytes.</param>
    public static bool TryHashPassword(Span<byte> destination, ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt) =>
        HashPassword(
            destination, (ulong)destination.Length, password, (ulong)password.Length, salt, SensitivePasses, SensitiveMemory, Argon2i13)
        == 0;

    /// <summary>message = the content of the box (XSalsa20-Poly1305, tag first); −1 if the key or nonce is wrong.</summary>
    public static int OpenBox(Span<byte> message, ReadOnlySpan<byte> box, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> key) =>
        OpenBox(message, box, (ulong)box.Length, nonce, key);

    [LibraryImport(Library, EntryPoint = "crypto_pwhash")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    private static partial int HashPassword(
        Span<byte> hash, ulong hashLength, ReadOnlySpan<byte> password, ulong passwordLength, ReadOnlySpan<byte> salt, ulong passes,
        nuint memory, int algorithm);

    [LibraryImport(Library, EntryPoint = "crypto_secretbox_open_easy")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    private static partial int OpenBox(
        Span<byte> message, ReadOnlySpan<byte> box, ulong boxLength, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> key);

    [LibraryImport(Library, EntryPoint = "sodium_init")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    private static partial int Initialize();

    [LibraryImport(Library, EntryPoint = "crypto_generichash")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    private static partial int GenericHash(
        Span<byte> destination, nuint destinationLength, ReadOnlySpan<byte> input, ulong inputLength, ReadOnlySpan<byte> key,
        nuint keyLength);
}
