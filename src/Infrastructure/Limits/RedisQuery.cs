using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace S3Auth.Infrastructure.Limits;

/// <summary>
/// The query parameters of a Redis URL as redis-py (<c>Redis.from_url</c>) reads them, so that a URL of a Python server works here. Those
/// that only tune redis-py are ignored. Those that change trust are applied, or refused by name.
/// </summary>
internal sealed class RedisQuery
{
    // Parameters for redis-py's sockets, pools and responses, which have no meaning here.
    private static readonly string[] Ignored =
    [
        "client_name", "decode_responses", "encoding", "encoding_errors", "health_check_interval", "lib_name", "lib_version",
        "max_connections",
        "protocol", "retry_on_error", "retry_on_timeout", "single_connection_client", "socket_connect_timeout", "socket_keepalive",
        "socket_read_size", "socket_timeout", "socket_type", "timeout",
    ];

    // Parameters that have a meaning here, or that are refused by name.
    private static readonly string[] Known =
    [
        "db", "password", "ssl_ca_certs", "ssl_ca_data", "ssl_ca_path", "ssl_cert_reqs", "ssl_certfile", "ssl_check_hostname",
        "ssl_ciphers",
        "ssl_exclude_verify_flags", "ssl_include_verify_flags", "ssl_keyfile", "ssl_min_version", "ssl_ocsp_context",
        "ssl_ocsp_expected_cert",
        "ssl_password", "ssl_validate_ocsp", "ssl_validate_ocsp_stapled", "username",
    ];

    // redis-py treats every other value as true.
    private static readonly string[] False = ["0", "F", "FALSE", "N", "NO"];

    private X509Certificate2Collection? _authorities;
    private bool _checksHostname = true;

    private RedisQuery()
    {
    }

    internal int? Database { get; private set; }

    internal string? User { get; private set; }

    internal string? Password { get; private set; }

    /// <summary>False for <c>ssl_cert_reqs=none</c>.</summary>
    internal bool ChecksCertificate { get; private set; } = true;

    /// <summary>Validates a certificate by the parameters; null if there are none.</summary>
    internal RemoteCertificateValidationCallback? Validation =>
        ChecksCertificate && _checksHostname && _authorities is null ? null : IsAcceptable;

    /// <summary>Parses the query of a Redis URL.</summary>
    /// <param name="text">The query, with its question mark; empty if there is none.</param>
    /// <param name="usesTls">Whether the URL is one for TLS.</param>
    /// <param name="query">The parsed query; null if it is invalid.</param>
    /// <param name="problem">What is wrong and what to do, as the end of a sentence, without any value.</param>
    internal static bool TryParse(
        string text,
        bool usesTls,
        [NotNullWhen(true)] out RedisQuery? query,
        [NotNullWhen(false)] out string? problem)
    {
        query = null;
        var read = new RedisQuery();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var pair in text.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var separator = pair.IndexOf('=', StringComparison.Ordinal);
            var name = Decode(separator < 0 ? pair : pair[..separator]);
            var value = separator < 0 ? "" : Decode(pair[(separator + 1)..]);
            problem = !seen.Add(name) ? $"it has {Shown(name)} twice"
                : name.StartsWith("ssl_", StringComparison.Ordinal) && !usesTls ? $"{Shown(name)} is for TLS: write rediss:// instead"
                : read.Take(name, value);
            if (problem is not null)
            {
                // The query may be the rest of an unencoded password, and then even a known name may be part of the password.
                problem = text.Contains('@', StringComparison.Ordinal)
                    ? "a parameter after its '?' cannot be used. If the '?' belongs to the password, "
                        + "it must be percent-encoded there: '?' is %3F and '@' is %40"
                    : problem;
                return false;
            }
        }

        (query, problem) = (read, null);
        return true;
    }

    /// <summary>Applies one parameter. Returns what is wrong with it; null if nothing is.</summary>
    private string? Take(string name, string value)
    {
        switch (name)
        {
            case "db":
                Database = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var database) ? database : null;
                return Database is null ? "db is not a database number, such as 0" : null;
            case "username":
                User = value;
                return null;
            case "password":
                Password = value;
                return null;
            case "ssl_cert_reqs":
                return TakeRequirement(value);
            case "ssl_check_hostname":
                _checksHostname = !False.Contains(value, StringComparer.OrdinalIgnoreCase);
                return null;
            case "ssl_ca_certs":
                return TakeAuthorities(value);
            case "ssl_certfile" or "ssl_keyfile" or "ssl_password":
                return $"{name} is not supported, because the server sends no client certificate: "
                    + "let Redis ask for a password instead (tls-auth-clients no)";
            case "ssl_ca_path" or "ssl_ca_data":
                return $"{name} is not supported: put the authorities into one PEM file and name it with ssl_ca_certs";
            default:
                return Ignored.Contains(name, StringComparer.Ordinal) ? null : $"{Shown(name)} is not supported: leave it out";
        }
    }

    private string? TakeRequirement(string value)
    {
        switch (value.ToUpperInvariant())
        {
            case "NONE" or "CERT_NONE":
                ChecksCertificate = false;
                return null;

            // For a client these are the same, because a server always sends its certificate.
            case "OPTIONAL" or "CERT_OPTIONAL" or "REQUIRED" or "CERT_REQUIRED":
                return null;
            default:
                return "ssl_cert_reqs must be required, optional or none";
        }
    }

    private string? TakeAuthorities(string file)
    {
        try
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(file);
            _authorities = authorities;
            return authorities.Count > 0 ? null : "the file of ssl_ca_certs has no certificate in PEM format";
        }
        catch (Exception unusable)
            when (unusable is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            return "the file of ssl_ca_certs cannot be read: give the path of a PEM file that this process can read";
        }
    }

    private bool IsAcceptable(object sender, X509Certificate? certificate, X509Chain? presented, SslPolicyErrors errors)
    {
        if (!ChecksCertificate)
        {
            return true;
        }

        if (certificate is null || (_checksHostname && errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)))
        {
            return false;
        }

        return _authorities is null
            ? !errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors)
            : IsOfAuthorities(certificate, presented);
    }

    private bool IsOfAuthorities(X509Certificate certificate, X509Chain? presented)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_authorities!);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        if (presented is not null)
        {
            foreach (var element in presented.ChainElements)
            {
                chain.ChainPolicy.ExtraStore.Add(element.Certificate);
            }
        }

        using var own = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
        return chain.Build(own);
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));

    // An unknown name may be part of an unencoded password.
    private static string Shown(string name) =>
        Known.Contains(name, StringComparer.Ordinal) || Ignored.Contains(name, StringComparer.Ordinal) ? name : "an unknown parameter";
}
