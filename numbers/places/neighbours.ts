/** Places and first-given mobile networks of the other countries in whose languages Kontor speaks, and of their neighbours. */
export const austrianPlaces = `
1 Wien,316 Graz,732 Linz,662 Salzburg,512 Innsbruck,463 Klagenfurt,4242 Villach,7242 Wels,2742 St. Pölten,5572 Dornbirn,
5574 Bregenz,5522 Feldkirch,2622 Wiener Neustadt,7252 Steyr,2732 Krems,3842 Leoben,2236 Mödling,2252 Baden,2682 Eisenstadt,
5372 Kufstein,7672 Vöcklabruck,7472 Amstetten`;
export const austrianNetworks = `664 A1,676 Magenta,650 Magenta,660 Drei,699 Drei,670 spusu`;

export const swissPlaces = `
21 Lausanne,22 Genève,24 Yverdon-les-Bains,26 Fribourg,27 Sion,31 Bern,33 Thun,34 Burgdorf,41 Luzern,43 Zürich,44 Zürich,
52 Winterthur,55 Rapperswil,56 Baden,61 Basel,62 Olten,71 St. Gallen,81 Chur,91 Bellinzona`;
export const swissNetworks = `75 Swisscom,79 Swisscom,76 Sunrise,78 Salt`;

/** Since 1996 the first digit tells a fifth of the country. */
export const frenchPlaces = `1 Île-de-France,2 Nord-Ouest,3 Nord-Est,4 Sud-Est,5 Sud-Ouest`;

export const dutchPlaces = `
10 Rotterdam,13 Tilburg,15 Delft,20 Amsterdam,23 Haarlem,24 Nijmegen,26 Arnhem,30 Utrecht,33 Amersfoort,35 Hilversum,36 Almere,
38 Zwolle,40 Eindhoven,43 Maastricht,45 Heerlen,46 Sittard,50 Groningen,53 Enschede,55 Apeldoorn,58 Leeuwarden,70 Den Haag,
71 Leiden,72 Alkmaar,73 's-Hertogenbosch,74 Hengelo,75 Zaandam,76 Breda,77 Venlo,78 Dordrecht,79 Zoetermeer`;

export const belgianPlaces = `
2 Brussel,3 Antwerpen,4 Liège,9 Gent,10 Wavre,11 Hasselt,15 Mechelen,16 Leuven,50 Brugge,56 Kortrijk,59 Oostende,65 Mons,
71 Charleroi,81 Namur,87 Verviers`;

export const serbianPlaces = `
10 Pirot,11 Beograd,12 Požarevac,13 Pančevo,14 Valjevo,15 Šabac,16 Leskovac,17 Vranje,18 Niš,19 Zaječar,20 Novi Pazar,
21 Novi Sad,22 Sremska Mitrovica,23 Zrenjanin,230 Kikinda,24 Subotica,25 Sombor,26 Smederevo,27 Prokuplje,30 Bor,31 Užice,
32 Čačak,33 Prijepolje,34 Kragujevac,35 Jagodina,36 Kraljevo,37 Kruševac`;
export const serbianNetworks = `60 A1,61 A1,68 A1,62 Yettel,63 Yettel,69 Yettel,64 mts,65 mts,66 mts`;

export const britishPlaces = `
20 London,113 Leeds,114 Sheffield,115 Nottingham,116 Leicester,117 Bristol,118 Reading,121 Birmingham,131 Edinburgh,141 Glasgow,
151 Liverpool,161 Manchester,191 Newcastle,1223 Cambridge,1865 Oxford,1904 York,1273 Brighton,1224 Aberdeen,1382 Dundee,
28 Northern Ireland,29 Cardiff`;

export const irishPlaces = `1 Dublin,21 Cork,51 Waterford,61 Limerick,91 Galway`;

export const americanPlaces = `
212 New York,646 New York,718 New York,213 Los Angeles,323 Los Angeles,310 Los Angeles,312 Chicago,773 Chicago,713 Houston,
602 Phoenix,215 Philadelphia,210 San Antonio,619 San Diego,214 Dallas,408 San Jose,512 Austin,415 San Francisco,206 Seattle,
303 Denver,202 Washington DC,617 Boston,702 Las Vegas,305 Miami,404 Atlanta,313 Detroit,416 Toronto,514 Montréal,604 Vancouver,
613 Ottawa,403 Calgary`;
