using S3Auth.Api;

switch (args)
{
    case [HealthCheck.Argument, .. var settings]:
        return await HealthCheck.RunAsync(settings, Console.Out);
    case [DoctorCommand.Argument, .. var options]:
        return await DoctorCommand.RunAsync(options, Console.Out);

    // A setting has an equals sign or begins with a hyphen.
    case [var word, ..] when char.IsAsciiLetter(word[0]) && !word.Contains('=', StringComparison.Ordinal):
        await Console.Error.WriteLineAsync(
            $"Unknown command {word}. Commands: {DoctorCommand.Argument}, {HealthCheck.Argument}. Without a command, the service starts.");
        return 2;
}

try
{
    return await Composition.RunAsync(args) ? 0 : 1;
}
catch (ConfigurationException problem)
{
    await Console.Error.WriteLineAsync(problem.Message);
    return 1;
}
