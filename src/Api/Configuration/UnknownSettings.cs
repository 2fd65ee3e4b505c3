using System.Text.RegularExpressions;

namespace S3Auth.Api.Configuration;

/// <summary>
/// Finds environment variables that look like misspelled settings, such as <c>S3_BUKET</c>: the name is similar to that of a setting, or
/// has the prefix of several settings.
/// </summary>
internal static partial class UnknownSettings
{
    private static readonly string[] Settings = [.. Configuration.Settings.All.Select(setting => setting.Name)];

    // The AWS SDK reads many variables of its own, so other names that begin with AWS_ are not suspicious.
    private static readonly string[] Credentials =
    [
        .. Configuration.Settings.ReadByLibraries.SelectMany(library => library.Names)
            .Where(name => name.StartsWith("AWS_", StringComparison.Ordinal)),
    ];

    private static readonly string[] Prefixes = [.. Settings.Select(PrefixOf).OfType<string>().Distinct()];

    // S3_, METAGRAPH_ and the like. Other programs use names such as LOG_FORMAT or MAX_SIZE too.
    private static readonly string[] OwnPrefixes = [.. Prefixes.Where(prefix => Settings.Count(name => PrefixOf(name) == prefix) > 1)];

    /// <summary>Returns one sentence for each unknown setting.</summary>
    internal static IEnumerable<string> Describe(IEnumerable<string> variables)
    {
        foreach (var variable in variables)
        {
            var name = variable.ToUpperInvariant();
            if (Settings.Contains(name) || Credentials.Contains(name) || KubernetesServiceLink().IsMatch(name))
            {
                continue;
            }

            var nearest = Settings.Concat(Credentials).MinBy(known => Distance(name, known))!;
            var distance = Distance(name, nearest);
            var maxDistance = Prefixes.Contains(PrefixOf(name)) ? nearest.Length / 3 : Math.Min(2, nearest.Length / 4);
            if (distance <= maxDistance)
            {
                yield return $"Unknown setting {variable}. Did you mean {nearest}?";
            }
            else if (OwnPrefixes.Contains(PrefixOf(name)))
            {
                yield return $"Unknown setting {variable}. The server ignores it; docs/operators.md lists all settings";
            }
        }
    }

    // S3_ of S3_BUCKET; null for PORT.
    private static string? PrefixOf(string name) =>
        name.IndexOf('_', StringComparison.Ordinal) is > 0 and var end ? name[..(end + 1)] : null;

    /// <summary>Returns the Levenshtein distance: how many letters to insert, delete or replace.</summary>
    private static int Distance(string first, string second)
    {
        var previous = Enumerable.Range(0, second.Length + 1).ToArray();
        for (var i = 1; i <= first.Length; i++)
        {
            var current = new int[second.Length + 1];
            current[0] = i;
            for (var j = 1; j <= second.Length; j++)
            {
                var replaced = previous[j - 1] + (first[i - 1] == second[j - 1] ? 0 : 1);
                current[j] = Math.Min(replaced, Math.Min(previous[j], current[j - 1]) + 1);
            }

            previous = current;
        }

        return previous[^1];
    }

    // Kubernetes sets variables for each service of the namespace: REDIS_SERVICE_HOST, REDIS_PORT, REDIS_PORT_6379_TCP_ADDR.
    [GeneratedRegex(
        @"_SERVICE_(HOST|PORT(_\w+)?)\z|_PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?\z",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex KubernetesServiceLink();
}
