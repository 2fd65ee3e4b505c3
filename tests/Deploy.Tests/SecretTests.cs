namespace S3Auth.Deploy.Tests;

/// <summary>No file that describes a deployment holds what opens one.</summary>
public sealed partial class SecretTests
{
    // Programs have tests of their own for what they write; these are files that people fill in.
    private static readonly string[] Programs = [".cs", ".csproj"];

    private static readonly string[] BuildFolders = ["bin", "obj", "node_modules", "cdk.out"];

    [Test]
    public void No_file_holds_a_secret()
    {
        var found = Directory.EnumerateFiles(Deployment.Folder, "*", SearchOption.AllDirectories)
            .Where(file => !Programs.Contains(Path.GetExtension(file), StringComparer.Ordinal))
            .Where(file =>
                !Path.GetRelativePath(Deployment.Folder, file).Split('/', '\\').Intersect(BuildFolders, StringComparer.Ordinal).Any())
            .SelectMany(file =>
                File.ReadLines(file).Where(LooksSecret).Select(line => $"{Path.GetRelativePath(Deployment.Folder, file)}: {line}"))
            .ToList();

        Assert.That(found, Is.Empty);
    }

    [TestCase("AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG")]
    [TestCase("      MINIO_ROOT_PASSWORD: minioadmin")]
    [TestCase("AKIAIOSFODNN7EXAMPLE")]
    [TestCase("REDIS_URL=rediss://:hunter2@redis:6379")]
    [TestCase("-----BEGIN EC PRIVATE KEY-----")]
    [TestCase("METRICS_TOKEN=0123456789abcdef")]
    [TestCase("aws_secret_access_key = wJalrXUtnFEMI")]
    [TestCase("{ \"password\": \"hunter2\" }")]
    public void What_looks_like_one_is_found(string line) => Assert.That(LooksSecret(line));

    [TestCase("      MINIO_ROOT_PASSWORD_FILE: /run/minio/password")]
    [TestCase("MINIO_ROOT_PASSWORD: ${S3AUTH_TEST_S3_SECRET_KEY:?a secret}")]
    [TestCase("# docs/credentials.md), REDIS_URL (it may hold a password), METRICS_TOKEN.")]
    [TestCase("REDIS_URL=redis://redis:6379")]
    [TestCase("            - secretRef: { name: s3auth-secrets }")]
    [TestCase("# [default], aws_secret_access_key=…")]
    public void What_names_one_is_not(string line) => Assert.That(LooksSecret(line), Is.False);

    private static bool LooksSecret(string line) =>
        Known().IsMatch(line) || Named().Matches(line).Any(match => !Elsewhere().IsMatch(match.Groups["value"].Value));

    [GeneratedRegex(
        @"\b(AKIA|ASIA)[A-Z0-9]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY|rediss?://[^/\s@]*:[^@/\s]+@",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Known();

    [GeneratedRegex(
        @"(?<!\$\{)\b\w*(SECRET(_ACCESS)?(_KEY)?|PASSWORD|TOKEN|PRIVATE_KEY)\b[""']?\s*[:=]\s*(?<value>\S+)",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Named();

    // A variable, a command's output, a file, a place for one's own.
    [GeneratedRegex(@"\A[""']?(\$|/|%|<|…|\.\.\.|false\b)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Elsewhere();
}
