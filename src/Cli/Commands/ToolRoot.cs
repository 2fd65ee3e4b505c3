using System.CommandLine.Help;

namespace S3Auth.Cli.Commands;

/// <summary>The command <c>s3auth</c> with all its commands and options.</summary>
internal static class ToolRoot
{
    internal static RootCommand Create()
    {
        var options = new CommonOptions();
        var root = new RootCommand("Uploads a Bittensor miner's files and downloads them as a validator, through an S3Auth server.")
        {
            UploadCommand.Create(options),
            SyncCommand.Create(options),
            CopyCommand.Create(options),
            DownloadCommand.Create(options),
            ListCommand.Create(options),
            FolderSizeCommand.Create(options),
            StatCommand.Create(options),
            CatCommand.Create(options),
            MinersCommand.Create(options),
            CheckCommand.Create(options),
            SignCommand.Create(options),
            CredentialsCommand.Create(options),
            ConfigureCommand.Create(options),
            ProfilesCommand.Create(options),
            KeysCommand.Create(options),
            ServiceCommand.Create(options),
            MigrateCommand.Create(options),
            CompletionCommand.Create(),
        };

        // Without the default aliases -?, /h and /?, which would appear in completions.
        root.Options.Remove(root.Options.OfType<HelpOption>().Single());
        root.Add(new HelpOption("--help", "-h") { Action = new HelpAction(), Description = "Print help" });
        foreach (var option in options.All)
        {
            root.Add(option);
        }

        return root;
    }
}
