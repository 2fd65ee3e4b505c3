namespace S3Auth.Cli.Commands;

/// <summary>The options that say which temporary credentials to request.</summary>
internal sealed class SessionOptions
{
    // The server's bounds.
    private const long MinSeconds = 900;
    private const long MaxSeconds = 43_200;

    private readonly Option<string?> _role = new("--role")
    {
        Description = "miner: upload into your own folders and read them; validator: read all miners' files (default: validator for a "
            + "validator's hotkey, otherwise what the hotkey may do)",
        HelpName = "miner|validator",
    };

    private readonly Option<string?> _source = new("--source")
    {
        Description = "Only the folders of this source (default: all sources)",
        HelpName = "NAME",
    };

    private readonly Option<string?> _duration = new("--duration")
    {
        Description = "How long the credentials are valid: seconds, or 30m, 12h (default: 1h; the operator may allow less)",
        HelpName = "TIME",
    };

    internal SessionOptions() => _role.AcceptOnlyFromAmong(SessionRole.Miner, SessionRole.Validator);

    internal void AddTo(Command command)
    {
        command.Add(_role);
        command.Add(_source);
        command.Add(_duration);
    }

    /// <exception cref="UsageException">The duration is malformed or out of range.</exception>
    internal SessionParameters Read(ParseResult parsed) => new()
    {
        Role = parsed.GetValue(_role),
        Source = parsed.GetValue(_source),
        Seconds = parsed.GetValue(_duration) is { } duration ? ReadSeconds(duration) : null,
    };

    internal static long ReadSeconds(string text)
    {
        var seconds = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var given)
            ? given
            : (long)FilterOptions.ReadAge(text, "--duration", example: "12h").TotalSeconds;
        return seconds is >= MinSeconds and <= MaxSeconds
            ? seconds
            : throw new UsageException("--duration must be from 15m to 12h.");
    }
}
