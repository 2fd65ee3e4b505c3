using System.Runtime.Versioning;

namespace S3Auth.Cli.Tests;

/// <summary>What <c>cp -</c> keeps of stdin until its upload.</summary>
public sealed class SpooledInputTests
{
    [Test]
    [Platform("Linux,MacOsX")]
    [UnsupportedOSPlatform("windows")]
    public async Task Input_is_in_a_file_for_its_owner_only_and_is_deleted_after_its_use()
    {
        string path;
        using (var spooled = await SpooledInput.ReadAsync(new MemoryStream([1, 2, 3]), maxBytes: 3, CancellationToken.None))
        {
            path = spooled.File.FullName;
            Assert.That(File.ReadAllBytes(path), Is.EqualTo(new byte[] { 1, 2, 3 }));
            Assert.That(
                File.GetUnixFileMode(path), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
            Assert.That(spooled.File.Length, Is.EqualTo(3));
        }

        Assert.That(File.Exists(path), Is.False);
    }

    [Test]
    public void Input_without_end_is_refused_after_the_maximum() => Assert.That(
        () => SpooledInput.ReadAsync(new EndlessStream(), maxBytes: 1_000_000, CancellationToken.None),
        Throws.TypeOf<UsageException>().With.Message.Contains("maximum size"));

    private sealed class EndlessStream : MemoryStream
    {
        private long _read;

        public override int Read(byte[] buffer, int offset, int count)
        {
            _read += count;
            return _read < 100_000_000 ? count : 0;
        }
    }
}
