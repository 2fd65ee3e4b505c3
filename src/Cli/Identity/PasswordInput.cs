namespace S3Auth.Cli.Identity;

/// <summary>A typed password. Overwritten when it is disposed.</summary>
internal sealed class PasswordInput : IDisposable
{
    private const int MaxBytes = 4096;

    private readonly byte[] _bytes = GC.AllocateArray<byte>(MaxBytes, pinned: true);
    private int _length;

    private PasswordInput()
    {
    }

    internal ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    /// <summary>Asks on the terminal without showing what is typed; null if there is no terminal.</summary>
    internal static PasswordInput? Ask(string path)
    {
        if (Console.IsInputRedirected)
        {
            return null;
        }

        Console.Error.Write($"Password of {path}: ");
        var input = new PasswordInput();
        var typed = GC.AllocateArray<char>(MaxBytes / 3, pinned: true);
        try
        {
            var count = Read(typed);
            input._length = Encoding.UTF8.GetBytes(typed.AsSpan(0, count), input._bytes);
            return input;
        }
        finally
        {
            typed.AsSpan().Clear();
            Console.Error.WriteLine();
        }
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_bytes);

    private static int Read(char[] typed)
    {
        var count = 0;
        while (true)
        {
            var key = Console.ReadKey(intercept: true);
            if (key.Key == ConsoleKey.Enter)
            {
                return count;
            }

            if (key.Key == ConsoleKey.Backspace)
            {
                count = Math.Max(count - 1, 0);
            }
            else if (key.KeyChar != '\0' && count < typed.Length)
            {
                typed[count++] = key.KeyChar;
            }
        }
    }
}
