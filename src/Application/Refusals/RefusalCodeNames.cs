using System.Collections.Frozen;
using System.Text.Json;

namespace S3Auth.Application.Refusals;

/// <summary>Refusals' names outside of this program.</summary>
public static class RefusalCodeNames
{
    private static readonly FrozenDictionary<RefusalCode, string> Names =
        Enum.GetValues<RefusalCode>().ToFrozenDictionary(code => code, code => JsonNamingPolicy.SnakeCaseLower.ConvertName(code.ToString()));

    /// <summary>The code in snake_case, as it stands in answers, records and metrics.</summary>
    public static string WireName(this RefusalCode code) => Names[code];
}
