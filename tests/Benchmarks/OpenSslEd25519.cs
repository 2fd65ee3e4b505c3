using System.Runtime.InteropServices;

namespace S3Auth.Benchmarks;

/// <summary>Ed25519 verification by the system's OpenSSL (libcrypto), as the baseline.</summary>
internal sealed partial class OpenSslEd25519 : IDisposable
{
    private const string Library = "libcrypto.so.3";
    private const int Ed25519 = 1087;
    private const int SignatureSize = 64;

    private readonly byte[] _message;
    private readonly byte[] _signature = new byte[SignatureSize];
    private readonly nint _key;

    public OpenSslEd25519(byte[] message)
    {
        if (!NativeLibrary.TryLoad(Library, out _))
        {
            throw new PlatformNotSupportedException(
                $"{Library} (OpenSSL 3) is not installed on this machine: there is nothing to compare sr25519 with.");
        }

        _message = message;
        var seed = new byte[32];
        Random.Shared.NextBytes(seed);
        _key = NewPrivateKey(Ed25519, 0, seed, (nuint)seed.Length);
        var context = NewContext();
        nuint size = SignatureSize;
        var signed = InitializeSign(context, 0, 0, 0, _key) == 1
            && Sign(context, _signature, ref size, _message, (nuint)_message.Length) == 1;
        FreeContext(context);
        if (!signed)
        {
            throw new InvalidOperationException("OpenSSL could not sign.");
        }
    }

    public bool Verify()
    {
        var context = NewContext();
        var valid = InitializeVerify(context, 0, 0, 0, _key) == 1
            && Verify(context, _signature, SignatureSize, _message, (nuint)_message.Length) == 1;
        FreeContext(context);
        return valid;
    }

    public void Dispose() => FreeKey(_key);

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_new_raw_private_key")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint NewPrivateKey(int type, nint engine, ReadOnlySpan<byte> key, nuint size);

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_free")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void FreeKey(nint key);

    [LibraryImport(Library, EntryPoint = "EVP_MD_CTX_new")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint NewContext();

    [LibraryImport(Library, EntryPoint = "EVP_MD_CTX_free")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void FreeContext(nint context);

    [LibraryImport(Library, EntryPoint = "EVP_DigestSignInit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int InitializeSign(nint context, nint keyContext, nint digest, nint engine, nint key);

    [LibraryImport(Library, EntryPoint = "EVP_DigestSign")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Sign(nint context, Span<byte> signature, ref nuint signatureSize, ReadOnlySpan<byte> message, nuint size);

    [LibraryImport(Library, EntryPoint = "EVP_DigestVerifyInit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int InitializeVerify(nint context, nint keyContext, nint digest, nint engine, nint key);

    [LibraryImport(Library, EntryPoint = "EVP_DigestVerify")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Verify(
        nint context, ReadOnlySpan<byte> signature, nuint signatureSize, ReadOnlySpan<byte> message, nuint size);
}
