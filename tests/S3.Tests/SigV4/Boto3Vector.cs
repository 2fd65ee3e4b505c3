using System.Diagnostics;
using System.Text.Json;
using S3Auth.S3;

namespace S3Auth.S3.Tests;

/// <summary>A request that boto3 signed, from <c>Vectors/make-vectors.py</c>, with the same names.</summary>
public sealed record Boto3Vector(
    string Name,
    string Kind,
    string Region,
    string Bucket,
    Uri? Endpoint,
    string? Token,
    DateTimeOffset Moment,
    int Seconds,
    string Url)
{
    public string? Key { get; init; }

    public long? ContentLength { get; init; }

    public bool IsWriteOnce { get; init; }

    public string? Checksum { get; init; }

    public string? PayloadHash { get; init; }

    public int PartNumber { get; init; }

    public string? UploadId { get; init; }

    public bool HasEmptyHeaders { get; init; }

    public string? Prefix { get; init; }

    public string? Delimiter { get; init; }

    public string? ContinuationToken { get; init; }

    public int? MaxKeys { get; init; }

    public string? StartAfter { get; init; }

    public string? Folder { get; init; }

    public IReadOnlyDictionary<string, string>? Fields { get; init; }

    public SigningCredentials Credentials => new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", Token);

    public S3Endpoint Target => Endpoint is null ? S3Endpoint.Aws(Bucket, Region) : S3Endpoint.Of(Endpoint, Bucket, S3Addressing.Path);

    public DatedSigner Signer => new SigV4Signer(Target, Bucket, Region).At(Credentials, Moment);

    public override string ToString() => Name;

    public static IReadOnlyList<Boto3Vector> Read(string json) =>
        JsonSerializer.Deserialize<Boto3Vector[]>(json, JsonSerializerOptions.Web) ?? throw new InvalidDataException("No vectors.");

    public static IReadOnlyList<Boto3Vector> Committed() => Read(File.ReadAllText(InVectors("boto3-vectors.json")));

    /// <summary>Runs boto3 to sign random keys. Returns null and the reason if the system has no boto3.</summary>
    public static (IReadOnlyList<Boto3Vector>? Vectors, string? Why) Fresh(string seed)
    {
        const string python = "/usr/bin/python3";
        if (!File.Exists(python))
        {
            return (null, $"there is no {python}");
        }

        using var process = Process.Start(new ProcessStartInfo(python, [InVectors("make-vectors.py"), seed])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (errors.Result.Contains("No module named 'boto", StringComparison.Ordinal))
        {
            return (null, $"{python} has no boto3");
        }

        Assert.That(process.ExitCode, Is.Zero, errors.Result);
        return (Read(output), null);
    }

    private static string InVectors(string file) => Path.Combine(TestContext.CurrentContext.TestDirectory, "Vectors", file);
}
