using Tomlyn.Syntax;

namespace S3Auth.Cli.Profiles;

/// <summary>The values of a TOML file with their full keys, however the file is written: in tables, inline tables or dotted keys.</summary>
internal static class TomlValues
{
    /// <summary>
    /// Returns every value that is not a table, every table without values, and every array of tables. A key may have any characters.
    /// </summary>
    internal static IEnumerable<(IReadOnlyList<string> Keys, SyntaxNode Value)> Of(DocumentSyntax document)
    {
        foreach (var (keys, value) in document.KeyValues.SelectMany(one => Flatten([], one)))
        {
            yield return (keys, value);
        }

        foreach (var table in document.Tables)
        {
            var prefix = KeysOf(table.Name);
            if (table is not TableSyntax || !table.Items.Any())
            {
                yield return (prefix, table);
                continue;
            }

            foreach (var (keys, value) in table.Items.SelectMany(one => Flatten(prefix, one)))
            {
                yield return (keys, value);
            }
        }
    }

    /// <summary>Returns the parts of a dotted key.</summary>
    internal static IReadOnlyList<string> KeysOf(KeySyntax? key) => key is null
        ? []
        : [TextOf(key.Key), .. key.DotKeys.Select(part => TextOf(part.Key))];

    private static IEnumerable<(IReadOnlyList<string> Keys, SyntaxNode Value)> Flatten(IReadOnlyList<string> prefix, KeyValueSyntax one)
    {
        IReadOnlyList<string> keys = [.. prefix, .. KeysOf(one.Key)];
        return one.Value is InlineTableSyntax table && table.Items.Any()
            ? table.Items.Select(item => item.KeyValue).OfType<KeyValueSyntax>().SelectMany(item => Flatten(keys, item))
            : [(keys, (SyntaxNode?)one.Value ?? one)];
    }

    private static string TextOf(BareKeyOrStringValueSyntax? key) => key switch
    {
        BareKeySyntax bare => bare.Key?.Text ?? "",
        StringValueSyntax text => text.Value ?? "",
        _ => "",
    };
}
