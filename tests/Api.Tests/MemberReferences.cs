using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace S3Auth.Api.Tests;

/// <summary>Reads from an assembly's metadata which members of other assemblies its code names.</summary>
internal static class MemberReferences
{
    internal static IEnumerable<(string Type, string Member)> Of(Assembly assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly.Location));
        var metadata = file.GetMetadataReader();

        return metadata.MemberReferences
            .Select(metadata.GetMemberReference)
            .Where(member => member.Parent.Kind == HandleKind.TypeReference)
            .Select(member =>
            {
                var type = metadata.GetTypeReference((TypeReferenceHandle)member.Parent);
                return ($"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}", metadata.GetString(member.Name));
            })
            .ToList();
    }
}
