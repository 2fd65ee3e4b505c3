using System.Text.Json.Serialization;

namespace S3Auth.Cli.Migration;

/// <summary>The JSON of the Hub's answers and of the journal.</summary>
[JsonSerializable(typeof(HubClient.Revision))]
[JsonSerializable(typeof(List<HubClient.TreeEntry>))]
[JsonSerializable(typeof(MigrationJournal.Entry))]
internal sealed partial class MigrationJson : JsonSerializerContext;
